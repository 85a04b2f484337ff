package io.meshrpc.api;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Large fields of bytes that need not be copied. Protobuf lets fields stand in any order: with the large
 * one last, the payload is what comes before its bytes, and the array in which a {@code ByteString} has
 * them.
 */
final class Tails {
  static final byte[] NONE = {};
  static final int BYTES_MIN = 512; // fewer are copied in less time than it takes to find them
  private static final int LENGTH_DELIMITED = 2;

  private final List<FieldDescriptor> fields; // those that can be last

  private Tails(List<FieldDescriptor> fields) {
    this.fields = fields;
  }

  /** Of a type; of none, if it is not known. */
  static Tails of(@Nullable Descriptor type) {
    return new Tails(
        type == null
            ? List.of()
            : type.getFields().stream().filter(Tails::canBeLast).toList());
  }

  private static boolean canBeLast(FieldDescriptor field) {
    return field.getJavaType() == JavaType.BYTE_STRING
        && !field.isRepeated()
        && !field.isRequired(); // the rest alone would not be a message
  }

  /** Whether a message of so many bytes may have one. */
  boolean isPossible(int bytes) {
    return bytes > BYTES_MIN && !fields.isEmpty();
  }

  /** The array of the largest field that is all of one; {@link #NONE} if there is no large one. */
  byte[] tail(Message message) {
    byte[] largest = NONE;
    for (FieldDescriptor field : fields) {
      ByteString value = value(message, field);
      if (value.size() >= BYTES_MIN && value.size() > largest.length) {
        byte[] array = array(value);
        largest = array.length == 0 ? largest : array;
      }
    }
    return largest;
  }

  /** All other fields, and what announces the tail. */
  byte[] head(Message message, byte[] tail) {
    FieldDescriptor last = fieldOf(message, tail);
    byte[] announcement = announcement(last, tail.length);
    if (announcement.length + tail.length == message.getSerializedSize()) {
      return announcement; // there are no other fields
    }
    Message rest = message.toBuilder().clearField(last).buildPartial();
    return joined(rest.toByteArray(), 0, rest.getSerializedSize(), announcement);
  }

  private FieldDescriptor fieldOf(Message message, byte[] tail) {
    for (FieldDescriptor field : fields) {
      ByteString value = value(message, field);
      if (value.size() == tail.length && array(value) == tail) {
        return field;
      }
    }
    throw new IllegalArgumentException(
        "tail: " + tail.length + " bytes (expected: the array of one of the message's fields)");
  }

  private static ByteString value(Message message, FieldDescriptor field) {
    return (ByteString) message.getField(field);
  }

  private static byte[] announcement(FieldDescriptor field, int bytes) {
    int tag = field.getNumber() << 3 | LENGTH_DELIMITED;
    byte[] announcement = new byte
        [CodedOutputStream.computeUInt32SizeNoTag(tag)
            + CodedOutputStream.computeUInt32SizeNoTag(bytes)];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(announcement);
      out.writeUInt32NoTag(tag);
      out.writeUInt32NoTag(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("counted wrong: " + field, e);
    }
    return announcement;
  }

  /**
   * The message that a head and its tail say; null if the head does not end with what announces a tail
   * of this size. If all before that is whole fields, then it is a field's beginning, and not the end of
   * some other field that looks like one.
   */
  @Nullable
  Message decode(
      Parser<? extends Message> parser, byte[] bytes, int from, int length, byte[] tail) {
    for (FieldDescriptor field : fields) {
      byte[] end = announcement(field, tail.length);
      int rest = length - end.length;
      if (rest >= 0 && Arrays.equals(bytes, from + rest, from + length, end, 0, end.length)) {
        try {
          Message before = parser.parseFrom(CodedInputStream.newInstance(bytes, from, rest));
          return before.toBuilder()
              .setField(field, UnsafeByteOperations.unsafeWrap(tail))
              .build();
        } catch (InvalidProtocolBufferException e) {
          return null;
        }
      }
    }
    return null;
  }

  /** A part of an array and another array after it. */
  static byte[] joined(byte[] bytes, int from, int length, byte[] tail) {
    int all = Math.addExact(length, tail.length);
    return ByteBuffer.allocate(all).put(bytes, from, length).put(tail).array();
  }

  /** The array that has these bytes and no others; {@link #NONE} if there is none. */
  private static byte[] array(ByteString bytes) {
    ArrayFinder finder = new ArrayFinder();
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, finder);
    } catch (IOException e) {
      throw new IllegalStateException(e); // it throws none
    }
    return finder.latest.length == bytes.size() ? finder.latest : NONE;
  }

  /** Looks at what it is given to write, and at nothing that is in it. */
  private static final class ArrayFinder extends ByteOutput {
    byte[] latest = NONE; // that was whole

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      latest = length == value.length ? value : NONE;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
      latest = NONE; // whoever wrote it may change it
    }

    @Override
    public void write(byte value) {
      latest = NONE;
    }

    @Override
    public void write(ByteBuffer value) {
      latest = NONE;
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      latest = NONE;
    }
  }
}
