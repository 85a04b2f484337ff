package io.meshrpc.zmq;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Room for what is sealed and opened, used again and again. Owned by the loop thread. Frames that are
 * larger than usual get room of their own, so that one of them does not hold memory for ever.
 */
final class TlsBuffers {
  private static final int KEPT_BYTES_MAX = 1 << 20;

  private ByteBuffer room = ByteBuffer.allocate(64 << 10);

  /** Empty, with at least so much room; good until the next call. */
  ByteBuffer atLeast(int bytes) {
    if (bytes > room.capacity()) {
      ByteBuffer larger = ByteBuffer.allocate(bytes + bytes / 4);
      if (larger.capacity() > KEPT_BYTES_MAX) {
        return larger;
      }
      room = larger;
    }
    return room.clear();
  }

  /** What was put in. */
  static byte[] content(ByteBuffer buffer) {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
