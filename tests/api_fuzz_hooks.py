"""How schemathesis (tests/api_fuzz) sends what it has no serializer for."""

import schemathesis


@schemathesis.serializer("application/toml")
def send_toml(_, value):
    return value if isinstance(value, bytes) else str(value).encode()
