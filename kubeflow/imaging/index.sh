# Sourced before pip and uv run in the build: the index of packages, and whom to trust.
set -eu
export PIP_INDEX_URL="${PIP_INDEX_URL:-https://pypi.org/simple}"
export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
if [ -e /run/secrets/certificates ]; then
  export PIP_CERT=/run/secrets/certificates SSL_CERT_FILE=/run/secrets/certificates
fi
