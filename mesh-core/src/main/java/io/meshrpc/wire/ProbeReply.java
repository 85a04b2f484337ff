package io.meshrpc.wire;

/**
 * Server to client, in a batch that carries the load.
 *
 * @param id that of the Probe
 * @param method that of the Probe
 * @param usualServiceUs what calls of this method usually take
 */
public record ProbeReply(long id, int method, long usualServiceUs) implements Packet {}
