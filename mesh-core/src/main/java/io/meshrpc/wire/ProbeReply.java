package io.meshrpc.wire;

/** The answer to {@link Probe}. */
public record ProbeReply(long id, int method, long usualServiceUs) implements Packet {}
