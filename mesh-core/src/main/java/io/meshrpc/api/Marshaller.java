package io.meshrpc.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * Turns requests and replies into bytes and back. Called from callers' and handlers' threads, never
 * from the loop.
 *
 * @param <T> what is turned
 */
public interface Marshaller<T> {
  /** The bytes of a value. The array is handed over. */
  byte[] encode(T value);

  /**
   * The value that these bytes say.
   *
   * @throws RpcException with {@link Code#INTERNAL} if they say none
   */
  T decode(byte[] bytes);

  /** The marshaller of a protobuf type. */
  static <T extends MessageLite> Marshaller<T> protobuf(Parser<T> parser) {
    return new Marshaller<>() {
      @Override
      public byte[] encode(T value) {
        return value.toByteArray();
      }

      @Override
      public T decode(byte[] bytes) {
        try {
          return parser.parseFrom(CodedInputStream.newInstance(bytes));
        } catch (InvalidProtocolBufferException e) {
          throw new RpcException(
              new Status(Code.INTERNAL, "the payload is not valid protobuf: " + e.getMessage()),
              Execution.UNKNOWN,
              e);
        }
      }
    };
  }
}
