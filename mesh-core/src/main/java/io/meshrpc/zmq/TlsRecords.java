package io.meshrpc.zmq;

import java.util.Arrays;

/** What can be told of TLS records without a key (RFC 8446, sections 4.1 and 5.1). */
final class TlsRecords {
  private static final int HEADER_BYTES = 5;
  private static final int ALERT = 0x15;
  private static final int HANDSHAKE = 0x16;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_HELLO = 2;
  private static final int RANDOM_AT = HEADER_BYTES + 4 + 2; // type, length, version
  private static final int SESSION_ID_AT = RANDOM_AT + 32;

  private TlsRecords() {}

  /** Whether the frame begins with a record. No batch does, for no field of one begins so. */
  static boolean isRecord(byte[] frame) {
    return frame.length >= HEADER_BYTES && frame[0] >= 0x14 && frame[0] <= 0x17 && frame[1] == 3;
  }

  static boolean isAlert(byte[] frame) {
    return isRecord(frame) && frame[0] == ALERT;
  }

  static boolean isClientHello(byte[] frame) {
    return isHello(frame, CLIENT_HELLO);
  }

  static boolean isServerHello(byte[] frame) {
    return isHello(frame, SERVER_HELLO);
  }

  private static boolean isHello(byte[] frame, int type) {
    return isRecord(frame)
        && frame[0] == HANDSHAKE
        && frame.length > SESSION_ID_AT
        && frame[HEADER_BYTES] == type;
  }

  /** The random number of a Hello: the same in both that a client may have to say in one handshake. */
  static byte[] random(byte[] hello) {
    return Arrays.copyOfRange(hello, RANDOM_AT, SESSION_ID_AT);
  }

  /** The session id of a Hello: that of the client, which the server repeats. */
  static byte[] sessionId(byte[] hello) {
    int length = hello[SESSION_ID_AT] & 0xFF;
    int end = Math.min(hello.length, SESSION_ID_AT + 1 + length);
    return Arrays.copyOfRange(hello, SESSION_ID_AT + 1, end);
  }
}
