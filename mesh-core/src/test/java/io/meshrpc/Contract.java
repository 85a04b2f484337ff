package io.meshrpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshrpc.api.BlockingHandler;
import io.meshrpc.api.Handler;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * A contract that no generator wrote, with text for requests and replies. The second half of texts that
 * are not short is their tail.
 */
final class Contract {
  static final MethodDescriptor<String, String> READ =
      new MethodDescriptor<>("test.Desk", "Read", Idempotency.NO_SIDE_EFFECTS, text(), text());
  static final MethodDescriptor<String, String> PAY =
      new MethodDescriptor<>("test.Desk", "Pay", Idempotency.UNSPECIFIED, text(), text());
  static final MethodDescriptor<String, String> OTHER =
      new MethodDescriptor<>("test.Other", "Read", Idempotency.NO_SIDE_EFFECTS, text(), text());

  private static final ServiceDescriptor DESK =
      new ServiceDescriptor("test.Desk", List.of(READ, PAY));
  private static final ServiceDescriptor ELSEWHERE =
      new ServiceDescriptor("test.Other", List.of(OTHER));

  private static final int TAIL_FROM = 100; // bytes

  private Contract() {}

  private static Marshaller<String> text() {
    return new Marshaller<>() {
      @Override
      public byte[] encode(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public byte[] tail(String value) {
        byte[] bytes = encode(value);
        return bytes.length < TAIL_FROM
            ? new byte[0]
            : Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length);
      }

      @Override
      public byte[] encode(String value, byte[] tail) {
        byte[] bytes = encode(value);
        return Arrays.copyOf(bytes, bytes.length - tail.length);
      }

      @Override
      public String decode(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
      }
    };
  }

  static ServiceDefinition blocking(BlockingHandler<String, String> handler) {
    return ServiceDefinition.builder(DESK)
        .blocking(READ, handler)
        .blocking(PAY, handler)
        .build();
  }

  static ServiceDefinition async(Handler<String, String> handler) {
    return ServiceDefinition.builder(DESK)
        .async(READ, handler)
        .async(PAY, handler)
        .build();
  }

  static ServiceDefinition other(BlockingHandler<String, String> handler) {
    return ServiceDefinition.builder(ELSEWHERE).blocking(OTHER, handler).build();
  }

  /** A server of these handlers on a free port, not started. */
  static MeshServerBuilder server(BlockingHandler<String, String> handler) {
    return server(blocking(handler));
  }

  static MeshServerBuilder server(ServiceDefinition service) {
    return MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .drainGrace(Duration.ofSeconds(2))
        .addService(service);
  }

  static MeshClientBuilder client(MeshServer... servers) {
    MeshClientBuilder builder = MeshClient.builder();
    for (MeshServer server : servers) {
      builder.connect(server.endpoint());
    }
    return builder;
  }

  static RpcException failureOf(Runnable call) {
    return catchThrowableOfType(RpcException.class, call::run);
  }

  /** A thread for each task, so that no test waits for another's. */
  static Executor own() {
    return task -> new Thread(task, "test").start();
  }

  static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
