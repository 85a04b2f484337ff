package io.meshrpc.bench;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A channel to one server, or by round robin to several. Like gRPC's users by default it has no
 * deadlines and retries nothing that a server may have seen, except for failover.
 */
final class GrpcClient implements BenchClient {
  private final ManagedChannel channel;
  private final boolean failover;
  private final int payloadBytes;
  private final EchoRequest request;

  GrpcClient(BenchPeer.ClientSetup setup, boolean direct, Duration keepAlive) {
    NameResolverRegistry.getDefaultRegistry().register(new StaticResolver.Provider());
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(StaticResolver.target(setup.addresses())).usePlaintext();
    if (setup.addresses().size() > 1) {
      builder.defaultLoadBalancingPolicy("round_robin");
    }
    if (direct) {
      builder.directExecutor();
    }
    if (!keepAlive.isZero()) {
      builder.keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS);
    }
    if (setup.failover()) {
      builder.enableRetry().defaultServiceConfig(retryThreeTimes());
    }
    this.channel = builder.build();
    this.failover = setup.failover();
    this.payloadBytes = setup.payloadBytes();
    this.request = EchoRequest.newBuilder()
        .setPayload(ByteString.copyFrom(Echoes.payload(payloadBytes)))
        .build();
  }

  private static Map<String, ?> retryThreeTimes() {
    Map<String, ?> policy = Map.of(
        "maxAttempts",
        3.0,
        "initialBackoff",
        "0.01s",
        "maxBackoff",
        "0.1s",
        "backoffMultiplier",
        2.0,
        "retryableStatusCodes",
        List.of("UNAVAILABLE"));
    return Map.of(
        "loadBalancingConfig", List.of(Map.of("round_robin", Map.of())),
        "methodConfig",
            List.of(Map.of(
                "name", List.of(Map.of("service", GrpcPeer.SERVICE)), "retryPolicy", policy)));
  }

  private CallOptions options() {
    return failover
        ? CallOptions.DEFAULT.withDeadlineAfter(
            BenchPeer.FAILOVER_DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
        : CallOptions.DEFAULT;
  }

  @Override
  public BlockingCaller caller() {
    return () -> {
      EchoReply reply = ClientCalls.blockingUnaryCall(channel, GrpcPeer.ECHO, options(), request);
      Echoes.check(reply.getPayload().size(), payloadBytes);
    };
  }

  @Override
  public Pipeline pipeline(int size) {
    return call -> ClientCalls.asyncUnaryCall(
        channel.newCall(GrpcPeer.ECHO, options()), request, new Observer(call, payloadBytes));
  }

  private static final class Observer implements StreamObserver<EchoReply> {
    private final InFlight call;
    private final int payloadBytes;
    private int echoBytes;

    Observer(InFlight call, int payloadBytes) {
      this.call = call;
      this.payloadBytes = payloadBytes;
    }

    @Override
    public void onNext(EchoReply reply) {
      echoBytes = reply.getPayload().size();
    }

    @Override
    public void onError(Throwable failure) {
      call.ended(failure);
    }

    @Override
    public void onCompleted() {
      call.ended(echoBytes, payloadBytes);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
