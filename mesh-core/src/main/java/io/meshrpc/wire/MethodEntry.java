package io.meshrpc.wire;

/**
 * A method that a server offers.
 *
 * @param name simple protobuf name
 * @param number what {@link Request#method} says within the session; from 1
 */
public record MethodEntry(String name, int number) {}
