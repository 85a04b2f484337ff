package io.meshrpc.wire;

/**
 * Client to server: are you there?
 *
 * @param id returned in the Pong
 */
public record Ping(long id) implements Packet {}
