package io.meshrpc.zmq;

/** Hears what becomes of connections that must prove something. Called on the loop. */
interface Links {
  /** Both sides have proven who they are; the connection can be used. */
  void onSecured(long route);

  /**
   * One side refuses the other; the connection is of no use.
   *
   * @param address of the peer, as far as it is known
   * @param reason why, in words
   * @param retryNs how long to wait before another try
   */
  void onDenied(long route, String address, String reason, long retryNs);

  /**
   * Bytes came that nobody should have sent, and were dropped.
   *
   * @param address of the peer, as far as it is known
   */
  void onStray(String address, int bytes, String reason);
}
