package io.meshrpc.zmq;

import javax.net.ssl.SSLException;

/** The peer has ended TLS on this connection in good order. */
final class TlsClosedException extends SSLException {
  private static final long serialVersionUID = 1L;

  TlsClosedException() {
    super("ended by the peer");
  }
}
