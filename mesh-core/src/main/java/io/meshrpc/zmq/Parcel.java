package io.meshrpc.zmq;

import zmq.Msg;

/** A frame that goes; JeroMQ asks whether it is a credential when it takes it. */
final class Parcel extends Msg {
  private final Visitor to;
  private final int overheadBytes;
  private boolean taken;

  Parcel(byte[] bytes, Visitor to, int overheadBytes) {
    super(bytes);
    this.to = to;
    this.overheadBytes = overheadBytes;
  }

  @Override
  public boolean isCredential() {
    if (!taken) {
      taken = true;
      to.takenBytes.lazySet(to.takenBytes.get() + size() + overheadBytes);
    }
    return false;
  }
}
