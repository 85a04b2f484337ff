package io.meshrpc.wire;

/** One record of a batch. Whether it goes to a server or to a client, its own words say. */
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
        Goaway,
        Started {}
