package io.meshrpc.bench;

/** What is sent, and whether it came back. */
final class Echoes {
  private Echoes() {}

  /** Bytes that no compression would like. */
  static byte[] payload(int bytes) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (i * 131 + (i >>> 8));
    }
    return payload;
  }

  static void check(int echoBytes, int payloadBytes) {
    if (echoBytes != payloadBytes) {
      throw wrongLength(echoBytes, payloadBytes);
    }
  }

  static IllegalStateException wrongLength(int echoBytes, int payloadBytes) {
    return new IllegalStateException(
        "echo: " + echoBytes + " bytes (expected: " + payloadBytes + ")");
  }
}
