package io.meshrpc.wire;

/** Asks whether the server is there. */
public record Ping(long id) implements Packet {}
