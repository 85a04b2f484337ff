package io.meshrpc.wire;

/**
 * Client to server: how busy are you, for this method?
 *
 * @param id returned in the reply
 * @param method number of the method; 0 for none in particular
 */
public record Probe(long id, int method) implements Packet {}
