package io.meshrpc.wire;

/** The answer to {@link Ping}. */
public record Pong(long id) implements Packet {}
