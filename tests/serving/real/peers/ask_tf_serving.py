"""Asks a server with tf-serving; prints what it says as JSON. Arguments: port, model."""

import asyncio
import json
import sys

import tf.serving


async def main():
    port, model = int(sys.argv[1]), sys.argv[2]
    found = {}
    for name, texts in (("answer", ["short", "rather long"]), ("refused", [1.5])):
        answer = await tf.serving.predict(
            texts, host="http://127.0.0.1", port=port, endpoint=f"/v1/models/{model}:predict"
        )
        if answer.tag == "left":
            found[name] = answer.value.error
        else:
            found[name] = [[row.preds, row.logprobs] for row in answer.value]
    print(json.dumps(found))  # noqa: T201 - its answer


asyncio.run(main())
