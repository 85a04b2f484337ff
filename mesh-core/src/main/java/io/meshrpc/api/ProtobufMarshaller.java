package io.meshrpc.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.reflect.Constructor;
import org.jspecify.annotations.Nullable;

/**
 * Messages of protobuf. Large fields of bytes travel as the {@link Tails} that they are. All other bytes are
 * copied out of what was received, as protobuf does, so that who keeps a field does not keep all that came with
 * it; but a message whose only bytes are one field that fills most of it holds on to the array in which it came.
 */
final class ProtobufMarshaller<T extends MessageLite> implements Marshaller<T> {
  /** Bytes; about from where on a payload has a frame of its own. */
  private static final int SHARED_FROM = 8 << 10;

  static {
    loadClassesInSignatures(CodedOutputStream.newInstance(Tails.NONE).getClass());
  }

  private final Parser<T> parser;
  private final Tails tails;
  private final @Nullable FieldDescriptor onlyBytes;

  ProtobufMarshaller(Parser<T> parser) {
    Descriptor type = type(parser);
    this.parser = parser;
    this.tails = Tails.of(type);
    this.onlyBytes = onlyBytes(type);
  }

  /**
   * OpenJDK's compiler inlines no constructor whose signature has a class that is not loaded, as those of protobuf
   * have whose only use is to tell constructors apart. What writes a message would then be 40 bytes of garbage for
   * each, if such a constructor was not compiled by itself before. To ask for the constructors loads the classes.
   */
  private static void loadClassesInSignatures(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      Constructor<?>[] unused = each.getDeclaredConstructors();
    }
  }

  @Override
  public byte[] encode(T value) {
    return value.toByteArray();
  }

  @Override
  public byte[] tail(T value) {
    return tails.isPossible(value.getSerializedSize()) ? tails.tail((Message) value) : Tails.NONE;
  }

  @Override
  public byte[] encode(T value, byte[] tail) {
    return tail.length == 0 ? value.toByteArray() : tails.head((Message) value, tail);
  }

  @Override
  @SuppressWarnings("unchecked") // what has fields of bytes is made of messages
  public T decode(byte[] bytes, int from, int length, byte[] tail) {
    Message message = tails.decode((Parser<? extends Message>) parser, bytes, from, length, tail);
    return message == null ? decode(Tails.joined(bytes, from, length, tail)) : (T) message;
  }

  @Override
  public T decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  @Override
  public T decode(byte[] bytes, int from, int length) {
    try {
      return onlyBytes != null && bytes.length >= SHARED_FROM && length == bytes.length
          ? decodeLarge(bytes, onlyBytes)
          : decodeCopying(bytes, from, length);
    } catch (InvalidProtocolBufferException e) {
      throw new RpcException(
          new Status(Code.INTERNAL, "the payload is not valid protobuf: " + e.getMessage()),
          Execution.UNKNOWN,
          e);
    }
  }

  private T decodeLarge(byte[] bytes, FieldDescriptor field) throws InvalidProtocolBufferException {
    CodedInputStream shared = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    shared.enableAliasing(true);
    T message = parser.parseFrom(shared);
    ByteString kept = (ByteString) ((Message) message).getField(field);
    return kept.size() >= bytes.length / 2 ? message : decodeCopying(bytes, 0, bytes.length);
  }

  private T decodeCopying(byte[] bytes, int from, int length)
      throws InvalidProtocolBufferException {
    return length <= DecodingThread.MESSAGE_MAX
            && Thread.currentThread() instanceof DecodingThread thread
        ? thread.decode(parser, bytes, from, length)
        : parser.parseFrom(CodedInputStream.newInstance(bytes, from, length));
  }

  /** The field, if the type has one of bytes, not repeated, and none that could hold others. */
  private static @Nullable FieldDescriptor onlyBytes(@Nullable Descriptor type) {
    if (type == null || type.isExtendable()) {
      return null;
    }
    FieldDescriptor found = null;
    for (FieldDescriptor field : type.getFields()) {
      boolean bytes = field.getJavaType() == JavaType.BYTE_STRING;
      boolean oneMore = bytes && (found != null || field.isRepeated());
      if (field.getJavaType() == JavaType.MESSAGE || oneMore) {
        return null;
      }
      found = bytes ? field : found;
    }
    return found;
  }

  private static @Nullable Descriptor type(Parser<?> parser) {
    try {
      Object empty = parser.parsePartialFrom(new byte[0]);
      return empty instanceof Message message ? message.getDescriptorForType() : null;
    } catch (InvalidProtocolBufferException e) {
      return null; // a parser of the user's own
    }
  }
}
