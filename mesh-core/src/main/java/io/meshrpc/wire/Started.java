package io.meshrpc.wire;

/**
 * Server to client: the handler of an attempt starts, or runs already. Said only to requests that ask
 * for it.
 *
 * @param seq the call's number
 * @param attempt which attempt
 */
public record Started(long seq, int attempt) implements Packet {}
