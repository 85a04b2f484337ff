package io.meshrpc.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * A thread that decodes many small messages of protobuf, and keeps what reads them from one to the next. The
 * mesh's own loops are such threads. {@link Marshaller#protobuf} looks for it; nothing else need know of it.
 */
public abstract class DecodingThread extends Thread {
  /** Bytes; a larger message is worth a reader of its own. */
  static final int MESSAGE_MAX = 512;

  private static final int ROOM_BYTES = 16 << 10;

  private byte[] room = Tails.NONE; // messages are put into it one after the other
  private CodedInputStream reader =
      CodedInputStream.newInstance(room); // which goes through it once
  private int taken; // bytes of it
  private boolean isReading;

  /** A thread that is not started yet. */
  protected DecodingThread(Runnable run, String name) {
    super(run, name);
  }

  /** By this thread: reads a message of {@link #MESSAGE_MAX} bytes at the most. */
  final <T extends MessageLite> T decode(Parser<T> parser, byte[] bytes, int from, int length)
      throws InvalidProtocolBufferException {
    if (isReading) { // within another message
      return parser.parseFrom(CodedInputStream.newInstance(bytes, from, length));
    }
    if (length > room.length - taken) {
      beginAnew();
    }
    isReading = true;
    boolean isInOrder = false;
    try {
      System.arraycopy(bytes, from, room, taken, length);
      taken += length;
      int outer = reader.pushLimit(length);
      T message = parser.parseFrom(reader);
      isInOrder = reader.getBytesUntilLimit() == 0; // as all parsers leave it but users' own
      reader.popLimit(outer);
      return message;
    } finally {
      isReading = false;
      if (!isInOrder) {
        beginAnew();
      }
    }
  }

  private void beginAnew() {
    if (room.length == 0) {
      room = new byte[ROOM_BYTES];
    }
    reader = CodedInputStream.newInstance(room);
    taken = 0;
  }
}
