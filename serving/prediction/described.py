"""What a version says of its signatures, as TF Serving's messages."""

from typing import Any

from serving.servable import Servable, Signature
from tfxp_client import wire

SIGNATURE_DEF = "signature_def"
"""The one metadata field that TF Serving knows."""


def signature_def(signature: Signature) -> Any:
    """A signature as a SignatureDef."""
    message = wire.SignatureDef(method_name=signature.method_name)
    for specs, infos in (
        (signature.inputs, message.inputs),
        (signature.outputs, message.outputs),
    ):
        for alias, spec in specs.items():
            info = infos[alias]
            info.name = spec.name
            info.dtype = spec.dtype
            if spec.shape is None:
                info.tensor_shape.unknown_rank = True
            else:
                info.tensor_shape.SetInParent()
                for size in spec.shape:
                    info.tensor_shape.dim.add(size=size)
    return message


def signature_map(servable: Servable) -> Any:
    """All signatures of a version as a SignatureDefMap."""
    message = wire.SignatureDefMap()
    for name, signature in servable.signatures.items():
        message.signature_def[name].CopyFrom(signature_def(signature))
    return message
