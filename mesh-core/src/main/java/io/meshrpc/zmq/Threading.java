package io.meshrpc.zmq;

/**
 * What a node gives to its loop and its connections.
 *
 * @param spinNs how long the loop looks around after its last work before it sleeps
 * @param ioThreads threads of ZeroMQ that read and write
 */
public record Threading(long spinNs, int ioThreads) {
  /** No spinning, and one thread that reads and writes. */
  public static final Threading DEFAULT = new Threading(0, 1);
}
