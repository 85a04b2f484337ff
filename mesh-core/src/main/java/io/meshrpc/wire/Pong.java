package io.meshrpc.wire;

/**
 * Server to client: the answer to every Ping.
 *
 * @param id that of the Ping
 */
public record Pong(long id) implements Packet {}
