"""Where the API of Kubeflow Pipelines is, and who asks: the *where* file, and the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.config import ConfigError

HOST, NAMESPACE, TOKEN = "KFP_HOST", "KFP_NAMESPACE", "KFP_TOKEN"
# What OpenSSL, curl and others read: the certificates of a company's own authority.
CERTIFICATES = "SSL_CERT_FILE"
FORWARD = "kubectl -n kubeflow port-forward svc/ml-pipeline-ui 8080:80"


@dataclass(frozen=True)
class Address:
    """How the API is reached.

    Attributes:
        host: Its URL, without a slash at the end.
        namespace: Of the runs; None where nobody named one.
        token: Sent with every request, and never shown.
        certificates: A file of certificates to trust beside the usual ones.
    """

    host: str
    namespace: str | None = None
    token: str | None = field(default=None, repr=False)
    certificates: str | None = None

    @property
    def pods_in(self) -> str:
        """The namespace in which the pods of a run are."""
        return self.namespace or "kubeflow"


def address(
    host: str | None, namespace: str | None, where: str, environment: Mapping[str, str]
) -> Address:
    """Returns the address; what the environment says goes before the file.

    Args:
        host: `kubeflow.host` of the *where* file.
        namespace: `kubeflow.namespace` of it.
        where: The file's name, for the message.
        environment: Such as `os.environ`.

    Raises:
        ConfigError: nobody named a host, or it is no address.
    """
    named = environment.get(HOST, "").strip() or host
    if not named:
        raise ConfigError(
            f"{where}: kubeflow.host: missing, and {HOST} is not set; expected the address of "
            f"Kubeflow Pipelines, such as `export {HOST}=http://localhost:8080` after `{FORWARD}`"
        )
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", named):
        # An address may hold a password: it is not shown.
        raise ConfigError(
            f"{HOST if environment.get(HOST, '').strip() else f'{where}: kubeflow.host'}: "
            'not an address; expected such as "https://kfp.example.com", without user and query'
        )
    return Address(
        host=named.rstrip("/"),
        namespace=environment.get(NAMESPACE, "").strip() or namespace,
        token=environment.get(TOKEN, "").strip() or None,
        certificates=environment.get(CERTIFICATES, "").strip() or None,
    )
