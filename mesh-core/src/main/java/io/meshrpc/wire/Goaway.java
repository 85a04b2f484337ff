package io.meshrpc.wire;

/**
 * Server to client: no new requests, please.
 *
 * @param text for people
 * @param graceMs how long running work may still take
 */
public record Goaway(String text, int graceMs) implements Packet {}
