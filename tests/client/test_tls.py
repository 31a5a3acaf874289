"""Encrypted connections, with certificates made for the test."""

import datetime
import ipaddress

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.client.server import serving
from tests.client.test_predicting import ROW
from tfxp_client import Client, Retry, ServerUnavailable, Tls

ONCE = Retry(attempts=1)


class Pair:
    """A key and a certificate, in memory and as files."""

    def __init__(self, folder, name, signer=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer = signer or self
        now = datetime.datetime.now(datetime.UTC)
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), True)
            .sign(issuer.key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.certificate_pem = self.certificate.public_bytes(pem)
        self.key_pem = self.key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.certificate_path = folder / f"{name}.pem"
        self.key_path = folder / f"{name}.key"
        self.certificate_path.write_bytes(self.certificate_pem)
        self.key_path.write_bytes(self.key_pem)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    authority = Pair(folder, "authority")
    return {
        "authority": authority,
        "server": Pair(folder, "model-server", authority),
        "client": Pair(folder, "client", authority),
        "stranger": Pair(folder, "stranger"),
    }


@pytest.fixture(scope="module")
def server(pairs):
    """Asks for a certificate of the client."""
    credentials = grpc.ssl_server_credentials(
        [(pairs["server"].key_pem, pairs["server"].certificate_pem)],
        pairs["authority"].certificate_pem,
        require_client_auth=True,
    )
    with serving(credentials=credentials) as running:
        yield running


def ask(server, tls):
    with Client(server.address, model="things", tls=tls, retry=ONCE, timeout_s=5) as client:
        return client.predict(ROW)


def test_a_client_with_a_certificate_is_answered(server, pairs):
    tls = Tls(
        roots=pairs["authority"].certificate_path,
        certificate=pairs["client"].certificate_path,
        key=str(pairs["client"].key_path),
        server_name="model-server",
    )
    assert len(ask(server, tls)) == 1


@pytest.mark.parametrize("kind", ["none", "without", "stranger", "other server"])
def test_any_other_is_not(server, pairs, kind):
    def tls(**changes):
        known = {
            "roots": pairs["authority"].certificate_path,
            "certificate": pairs["client"].certificate_path,
            "key": pairs["client"].key_path,
            "server_name": "model-server",
        }
        return Tls(**known | changes)

    given = {
        "none": None,
        "without": tls(certificate=None, key=None),
        "stranger": tls(
            certificate=pairs["stranger"].certificate_path, key=pairs["stranger"].key_path
        ),
        "other server": tls(server_name="somebody-else"),
    }[kind]

    with pytest.raises(ServerUnavailable):
        ask(server, given)


def test_a_certificate_needs_its_key():
    with pytest.raises(ValueError, match="certificate and key go together"):
        Tls(certificate="client.pem")


def test_a_file_that_is_not_there_is_said_at_once():
    with pytest.raises(FileNotFoundError, match="nowhere.pem"):
        Client("localhost:1", model="things", tls=Tls(roots="nowhere.pem"))
