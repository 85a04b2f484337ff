package io.meshrpc.wire;

/** A method that a server offers, and its number within the session. */
public record MethodEntry(String name, int number) {}
