"""The AUC of the stock example's model on the stock example's own eval split.

Run as a script: `python stock_auc.py FOLDER` prints one number. The example itself records only
accuracy at one threshold.
"""

import pathlib
import sys

import tensorflow as tf

LABEL = "tips_xf"
BATCH_SIZE = 1000


def main(folder: pathlib.Path) -> None:
    """Prints the area under the ROC curve, from 10,000 thresholds."""
    (saved_model,) = (folder / "serving").glob("*/saved_model.pb")
    model = tf.saved_model.load(str(saved_model.parent))
    shards = [str(path) for path in folder.glob("artifacts/CsvExampleGen/examples/*/Split-eval/*")]
    auc = tf.keras.metrics.AUC(num_thresholds=10_000)
    for examples in tf.data.TFRecordDataset(shards, "GZIP").batch(BATCH_SIZE):
        (scores,) = model.signatures["serving_default"](examples).values()
        labels = model.signatures["transform_features"](examples)[LABEL]
        auc.update_state(labels, scores)
    sys.stdout.write(f"{float(auc.result()):.6f}\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
