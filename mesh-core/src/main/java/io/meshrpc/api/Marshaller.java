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
   * The marshaller of a protobuf type. If the type has one singular field of bytes and none that holds
   * messages, and that field fills at least half of a payload of 8 KiB or more, then the field keeps the
   * array in which the payload came instead of a copy; else bytes are copied.
   */
  static <T extends MessageLite> Marshaller<T> protobuf(Parser<T> parser) {
    return new ProtobufMarshaller<>(parser);
  }
}
