package io.meshrpc.wire;

/** No new requests, please. */
public record Goaway(String text, int graceMs) implements Packet {}
