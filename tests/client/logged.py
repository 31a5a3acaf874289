"""Request logs as tests make and read them, without TensorFlow."""

import gzip
import struct

import google_crc32c

from tfxp_client import wire


def files(folder):
    """The finished files, oldest first."""
    return sorted(folder.glob("*/requests-*"))


def records(path):
    """Yields the records of a file, with their checksums checked by somebody else's code."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        record = content[12 : 12 + length]
        assert content[8:12] == masked(content[:8])
        assert content[12 + length : 16 + length] == masked(record)
        yield record
        content = content[16 + length :]


def masked(data):
    """As the format's documentation has it: `((crc >> 15) | (crc << 17)) + 0xa282ead8`."""
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def logs(folder):
    """All PredictionLogs of a folder."""
    return [
        wire.PredictionLog.FromString(record) for path in files(folder) for record in records(path)
    ]


def texts(*values):
    """A tensor [values] of text."""
    tensor = wire.TensorProto(dtype=wire.DT_STRING, string_val=values)
    tensor.tensor_shape.dim.add(size=len(values))
    return tensor


def example(**features):
    """A tf.Example of one value a feature."""
    made = wire.Example()
    for name, value in features.items():
        feature = made.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        elif isinstance(value, int):
            feature.int64_list.value.append(value)
        else:
            feature.float_list.value.append(value)
    return made


def asked(**inputs):
    """A PredictRequest with those tensors."""
    return wire.PredictRequest(
        model_spec=wire.ModelSpec(name="taxi", signature_name="serve_rows"), inputs=inputs
    )


def answered(version=3, **outputs):
    """Its response."""
    response = wire.PredictResponse(outputs=outputs)
    response.model_spec.name = "taxi"
    response.model_spec.version.value = version
    response.model_spec.signature_name = "serve_rows"
    return response
