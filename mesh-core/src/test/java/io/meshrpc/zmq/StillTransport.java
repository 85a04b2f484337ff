package io.meshrpc.zmq;

/** A transport over which nothing comes, and nothing goes. */
class StillTransport implements Transport {
  @Override
  public void send(long route, byte[] frame) {}

  @Override
  public int receive(Sink sink, int max) {
    return 0;
  }

  @Override
  public void await(long timeoutNs) {}

  @Override
  public void wake() {}

  @Override
  public void connect(long route, String endpoint, String address) {}

  @Override
  public void disconnect(long route) {}

  @Override
  public void close() {}
}
