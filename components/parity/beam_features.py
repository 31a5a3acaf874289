"""What Beam makes of rows: the features as a materialised Transform would write them."""

from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder, RecordBatchToExamplesEncoder
from tfx_bsl.tfxio.tf_example_record import TFExampleBeamRecord


def beam_features(
    examples: Sequence[bytes], transform_dir: Path, work_dir: Path, pipeline: beam.Pipeline
) -> dict[str, tf.Tensor]:
    """Runs the rows through Beam's `TransformDataset` with the saved transform graph.

    Args:
        examples: Serialized tf.Examples with all columns.
        transform_dir: What Transform wrote.
        work_dir: Where the workers may write.
        pipeline: On the runner that Transform runs on, too.

    Returns:
        Every feature, and the label, by name: [rows, ...], in the order of the examples.
    """
    transform_output = tft.TFTransformOutput(str(transform_dir))
    schema = transform_output.raw_metadata.schema
    decoder = ExamplesToRecordBatchDecoder(schema.SerializeToString())
    tensors = TFExampleBeamRecord("memory", ["parity"], schema).TensorAdapterConfig()
    path = str(work_dir / "features.tfrecord")
    with pipeline, tft_beam.Context(temp_dir=str(work_dir)):
        raw = (
            pipeline
            | "Rows" >> beam.Create([list(examples)], reshuffle=False)
            # One element holds all rows, so that their order is kept.
            | "Decode" >> beam.Map(decoder.DecodeBatch).with_output_types(pa.RecordBatch)
        )
        graph = pipeline | tft_beam.ReadTransformFn(str(transform_dir))
        features, _ = ((raw, tensors), graph) | tft_beam.TransformDataset(
            output_record_batches=True
        )
        _ = features | "Write" >> beam.Map(_write, path)
    written = list(tf.data.TFRecordDataset(path).as_numpy_iterator())
    return dict(tf.io.parse_example(written, transform_output.transformed_feature_spec()))


def _write(transformed: tuple[pa.RecordBatch, dict[str, pa.Array]], path: str) -> None:
    with tf.io.TFRecordWriter(path) as writer:
        for example in RecordBatchToExamplesEncoder().encode(transformed[0]):
            writer.write(example)
