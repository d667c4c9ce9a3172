"""Channel arguments, each with its reason.

Every bound on a message is named here; nothing relies on grpc's defaults, which differ between
releases (4 MiB to receive, unlimited to send, compression on).
"""

from __future__ import annotations

from typing import Final

# A batch of frames is at most 256 KiB; the rest is room for protobuf's own framing and one late frame.
LINK_MESSAGE_BYTES_MAX: Final = 320 * 1024
# A question is a few KiB; an answer with every part of a record stays below the largest envelope.
API_REQUEST_BYTES_MAX: Final = 256 * 1024
API_RESPONSE_BYTES_MAX: Final = 4 * 1024 * 1024
# A peer that does not finish its TLS handshake holds a socket; it is cut after this long.
HANDSHAKE_MS_MAX: Final = 3_000
# HTTP/2 PINGs find dead TCP peers below the application's heartbeats.
KEEPALIVE_MS: Final = 20_000
KEEPALIVE_TIMEOUT_MS: Final = 10_000
# Streams one connection may hold open at once.
STREAMS_MAX: Final = 1_024
# Only "identity": compressing secrets beside attacker-chosen text leaks them (CRIME), and ciphertext
# does not shrink.
NO_COMPRESSION: Final = ("grpc.compression_enabled_algorithms_bitset", 1)

Options = tuple[tuple[str, int | str], ...]


def server_options(*, receive_bytes_max: int, send_bytes_max: int) -> Options:
    """Arguments for a server that receives at most ``receive_bytes_max`` a message."""
    return (
        ("grpc.max_receive_message_length", receive_bytes_max),
        ("grpc.max_send_message_length", send_bytes_max),
        NO_COMPRESSION,
        ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS_MAX),
        ("grpc.max_concurrent_streams", STREAMS_MAX),
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", KEEPALIVE_MS // 2),
        ("grpc.max_metadata_size", 16 * 1024),
        # Two servers on one port would share its connections silently: a port in use must be an error.
        ("grpc.so_reuseport", 0),
    )


def channel_options(*, receive_bytes_max: int, send_bytes_max: int) -> Options:
    """Arguments for a channel; each has its own connection, so that draining one spares the other."""
    return (
        ("grpc.max_receive_message_length", receive_bytes_max),
        ("grpc.max_send_message_length", send_bytes_max),
        NO_COMPRESSION,
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.use_local_subchannel_pool", 1),
        # Our own code reconnects with jitter; a service config from DNS would be a peer's word.
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.enable_http_proxy", 0),
    )


LINK_SERVER: Final = server_options(
    receive_bytes_max=LINK_MESSAGE_BYTES_MAX, send_bytes_max=LINK_MESSAGE_BYTES_MAX
)
LINK_CHANNEL: Final = channel_options(
    receive_bytes_max=LINK_MESSAGE_BYTES_MAX, send_bytes_max=LINK_MESSAGE_BYTES_MAX
)
API_SERVER: Final = server_options(
    receive_bytes_max=API_REQUEST_BYTES_MAX, send_bytes_max=API_RESPONSE_BYTES_MAX
)
API_CHANNEL: Final = channel_options(
    receive_bytes_max=API_RESPONSE_BYTES_MAX, send_bytes_max=API_REQUEST_BYTES_MAX
)
# Whole folders of law travel here, between officers and their own node.
ADMIN_MESSAGE_BYTES_MAX: Final = 9 * 1024 * 1024
ADMIN_SERVER: Final = server_options(
    receive_bytes_max=ADMIN_MESSAGE_BYTES_MAX, send_bytes_max=ADMIN_MESSAGE_BYTES_MAX
)
ADMIN_CHANNEL: Final = channel_options(
    receive_bytes_max=ADMIN_MESSAGE_BYTES_MAX, send_bytes_max=ADMIN_MESSAGE_BYTES_MAX
)
