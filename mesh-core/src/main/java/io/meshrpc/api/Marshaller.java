package io.meshrpc.api;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.Arrays;

/**
 * Turns requests and replies into bytes and back, where callers wait and where handlers and callbacks run.
 *
 * @param <T> what is turned
 */
public interface Marshaller<T> {
  /** The bytes of a value. The array is handed over. */
  byte[] encode(T value);

  /**
   * An array that the value has already and in which its bytes may end, if it is worth while to send that
   * as it is instead of a copy. Empty, which is for most, unless overridden.
   *
   * @return an array of which every byte is sent and which never changes again, or an empty one
   */
  default byte[] tail(T value) {
    return Tails.NONE;
  }

  /**
   * The bytes of a value that stand before its tail. The array is handed over. Who overrides {@link #tail}
   * overrides this, too.
   *
   * @param tail as {@link #tail} has returned it for this value; if it is empty, these are all bytes
   */
  default byte[] encode(T value, byte[] tail) {
    if (tail.length > 0) {
      throw new UnsupportedOperationException("a tail (expected: encode(T, byte[]) overridden)");
    }
    return encode(value);
  }

  /**
   * The value that these bytes say. The array is handed over: the value may keep it.
   *
   * @throws RpcException with {@link Code#INTERNAL} if they say none
   */
  T decode(byte[] bytes);

  /**
   * The same of a part of an array. Unless the part is the whole, the array is not handed over: the value
   * must not keep it. Copies the part, unless overridden.
   *
   * @param from where the part begins
   * @param length how many bytes it has
   * @throws RpcException with {@link Code#INTERNAL} if they say none
   */
  default T decode(byte[] bytes, int from, int length) {
    return decode(length == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, from + length));
  }

  /**
   * The same of a part of an array and of another that follows it. The first is not handed over, the second
   * is. Copies both into one, unless overridden.
   *
   * @param tail what follows the part
   * @throws RpcException with {@link Code#INTERNAL} if they say none
   */
  default T decode(byte[] bytes, int from, int length, byte[] tail) {
    return decode(Tails.joined(bytes, from, length, tail));
  }

  /**
   * The marshaller of a protobuf type. The largest singular field of bytes that stands in the message itself
   * is its {@link #tail}, if it has 512 bytes or more and its {@code ByteString} is all of one array, as that
   * of {@code ByteString.copyFrom} is. What is read is copied out of the arrays in which it came, but for a
   * tail, which the field keeps as it is, and for a payload of 8 KiB or more in an array of its own: a field of
   * bytes that fills at least half of it keeps that, if the type has no other such field and none that holds
   * messages.
   */
  static <T extends MessageLite> Marshaller<T> protobuf(Parser<T> parser) {
    return new ProtobufMarshaller<>(parser);
  }
}
