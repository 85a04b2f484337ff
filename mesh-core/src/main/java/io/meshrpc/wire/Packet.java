package io.meshrpc.wire;

/** One record of a batch. Each is described in {@code mesh/v1/mesh.proto}. */
public sealed interface Packet
    permits Hello,
        Welcome,
        Refusal,
        Request,
        Response,
        Cancel,
        Cancelled,
        Probe,
        ProbeReply,
        Ping,
        Pong,
        Goaway {}
