package io.meshrpc.wire;

/**
 * Client to server: the client no longer waits for this attempt.
 *
 * @param seq the call's number
 * @param attempt which attempt
 * @param onlyIfQueued take the work back if it has not started, and leave it alone otherwise
 */
public record Cancel(long seq, int attempt, boolean onlyIfQueued) implements Packet {}
