package io.meshrpc.testkit;

import io.meshrpc.api.BlockingHandler;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Handler;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A service for tests, as a generator would write it: one method that may run twice, one that may not. */
final class Shop {
  private static final Marshaller<String> TEXT = new Marshaller<>() {
    @Override
    public byte[] encode(String value) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  };

  static final MethodDescriptor<String, String> LOOK =
      new MethodDescriptor<>("test.Shop", "Look", Idempotency.NO_SIDE_EFFECTS, TEXT, TEXT);
  static final MethodDescriptor<String, String> BUY =
      new MethodDescriptor<>("test.Shop", "Buy", Idempotency.UNSPECIFIED, TEXT, TEXT);
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor("test.Shop", List.of(LOOK, BUY));

  private Shop() {}

  /** Answers both methods with the request. */
  static ServiceDefinition echo() {
    return of(request -> request);
  }

  static ServiceDefinition of(BlockingHandler<String, String> handler) {
    return ServiceDefinition.builder(DESCRIPTOR)
        .blocking(LOOK, handler)
        .blocking(BUY, handler)
        .build();
  }

  static ServiceDefinition async(Handler<String, String> handler) {
    return ServiceDefinition.builder(DESCRIPTOR)
        .async(LOOK, handler)
        .async(BUY, handler)
        .build();
  }

  static String look(MeshCaller mesh, String what) {
    return mesh.call(LOOK, what, CallOptions.DEFAULT);
  }

  static CompletableFuture<String> lookAsync(MeshCaller mesh, String what) {
    return mesh.callAsync(LOOK, what, CallOptions.DEFAULT);
  }

  static String buy(MeshCaller mesh, String what) {
    return mesh.call(BUY, what, CallOptions.DEFAULT);
  }

  static CompletableFuture<String> buyAsync(MeshCaller mesh, String what) {
    return mesh.callAsync(BUY, what, CallOptions.DEFAULT);
  }
}
