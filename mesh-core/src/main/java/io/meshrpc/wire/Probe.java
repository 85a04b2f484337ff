package io.meshrpc.wire;

/** Asks how busy the server is. */
public record Probe(long id, int method) implements Packet {}
