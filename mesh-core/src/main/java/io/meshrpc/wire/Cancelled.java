package io.meshrpc.wire;

/** The answer to {@link Cancel}. */
public record Cancelled(long seq, int attempt, Stage stage) implements Packet {}
