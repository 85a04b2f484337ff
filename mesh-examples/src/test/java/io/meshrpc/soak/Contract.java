package io.meshrpc.soak;

import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDescriptor;
import java.nio.ByteBuffer;
import java.util.List;

/** Two methods: one that may run twice and one that must not. Requests begin with a call's number. */
final class Contract {
  static final MethodDescriptor<byte[], byte[]> READ = method("Read", Idempotency.IDEMPOTENT);
  static final MethodDescriptor<byte[], byte[]> PAY = method("Pay", Idempotency.UNSPECIFIED);
  static final ServiceDescriptor SERVICE = new ServiceDescriptor("soak.Books", List.of(READ, PAY));

  private Contract() {}

  static byte[] request(long id, int bytes) {
    return ByteBuffer.allocate(Math.max(Long.BYTES, bytes)).putLong(id).array();
  }

  static long id(byte[] packet) {
    return ByteBuffer.wrap(packet).getLong();
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, Idempotency idempotency) {
    Marshaller<byte[]> same = new Marshaller<>() {
      @Override
      public byte[] encode(byte[] value) {
        return value;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }
    };
    return new MethodDescriptor<>("soak.Books", name, idempotency, same, same);
  }
}
