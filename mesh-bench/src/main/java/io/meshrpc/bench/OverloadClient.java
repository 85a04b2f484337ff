package io.meshrpc.bench;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.meshrpc.MeshClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a client that calls so often and no less, whatever comes of it. Arguments: the
 * peer, the servers' addresses.
 */
final class OverloadClient {
  static final Duration DEADLINE = Duration.ofMillis(500);
  private static final EchoRequest REQUEST = EchoRequest.newBuilder()
      .setPayload(ByteString.copyFrom(Echoes.payload(16)))
      .build();

  /** Starts a call; null says that it succeeded. */
  private interface Way {
    void call(Consumer<@Nullable Throwable> end);
  }

  private OverloadClient() {}

  /** Calls when told to: {@code play CALM_PER_SECOND CALM_MS OVER_PER_SECOND OVER_MS AFTER_MS}. */
  public static void main(String[] args) throws Exception {
    List<String> addresses = List.of(args).subList(1, args.length);
    Way way = PeerKind.valueOf(args[0]) == PeerKind.MESH ? mesh(addresses) : grpc(addresses);
    Lines lines = new Lines();
    lines.ready("connected");
    lines.serve((command, argument) -> {
      if (command.equals("play")) {
        return play(way, argument.split(" ", -1));
      }
      throw Lines.unknown(command);
    });
  }

  private static Way mesh(List<String> addresses) {
    MeshClient mesh =
        MeshClient.builder().connect(addresses.toArray(String[]::new)).build();
    EchoAgainMesh.Client echo = EchoAgainMesh.client(mesh).withDeadline(DEADLINE);
    return end -> {
      CompletableFuture<EchoReply> unused =
          echo.echoAsync(REQUEST).whenComplete((reply, failure) -> end.accept(failure));
    };
  }

  private static Way grpc(List<String> addresses) {
    NameResolverRegistry.getDefaultRegistry().register(new StaticResolver.Provider());
    ManagedChannel channel = NettyChannelBuilder.forTarget(StaticResolver.target(addresses))
        .usePlaintext()
        .defaultLoadBalancingPolicy("round_robin")
        .build();
    return end -> Futures.addCallback(
        ClientCalls.futureUnaryCall(
            channel.newCall(
                GrpcPeer.ECHO,
                CallOptions.DEFAULT.withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)),
            REQUEST),
        new FutureCallback<EchoReply>() {
          @Override
          public void onSuccess(@Nullable EchoReply reply) {
            end.accept(null);
          }

          @Override
          public void onFailure(Throwable failure) {
            end.accept(failure);
          }
        },
        MoreExecutors.directExecutor());
  }

  private static String play(Way way, String[] words) throws InterruptedException {
    int calmPerSecond = Integer.parseInt(words[0]);
    long calmNs = Long.parseLong(words[1]) * 1_000_000;
    int overPerSecond = Integer.parseInt(words[2]);
    long overNs = Long.parseLong(words[3]) * 1_000_000;
    long afterNs = Long.parseLong(words[4]) * 1_000_000;
    OverloadTally tally = new OverloadTally(calmNs, calmNs + overNs, calmNs + overNs + afterNs);
    long beginNs = System.nanoTime();
    drive(
        way, tally, beginNs, Pace.open(beginNs, beginNs + calmNs, 1_000_000_000L / calmPerSecond));
    long overBeginNs = beginNs + calmNs;
    drive(
        way,
        tally,
        beginNs,
        Pace.open(overBeginNs, overBeginNs + overNs, 1_000_000_000L / overPerSecond));
    long afterBeginNs = overBeginNs + overNs;
    drive(
        way,
        tally,
        beginNs,
        Pace.open(afterBeginNs, afterBeginNs + afterNs, 1_000_000_000L / calmPerSecond));
    return tally.awaitEnd().line();
  }

  /** Each call counts from the moment when it was due. */
  private static void drive(Way way, OverloadTally tally, long beginNs, Pace pace) {
    for (long dueNs = pace.next(); dueNs != Pace.OVER; dueNs = pace.next()) {
      long startNs = dueNs;
      tally.begun(startNs - beginNs);
      way.call(
          failure -> tally.ended(startNs - beginNs, System.nanoTime() - startNs, failure == null));
    }
  }
}
