package io.meshrpc.wire;

/** The client no longer waits for an attempt. */
public record Cancel(long seq, int attempt, boolean onlyIfQueued) implements Packet {}
