package io.meshrpc.bench;

import com.google.protobuf.ByteString;
import io.meshrpc.MeshClient;
import io.meshrpc.MeshClientBuilder;
import io.meshrpc.MeshServer;
import io.meshrpc.MeshServerBuilder;
import io.meshrpc.api.OpenCall;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The mesh as its users get it, or with handlers and callbacks on its loops. */
final class MeshPeer implements BenchPeer {
  private final boolean direct;
  private final @Nullable Keys keys; // null: in the clear

  private final Duration spin;
  private final boolean futures; // or callbacks, for calls that nobody waits for

  MeshPeer(boolean direct, @Nullable Keys keys) {
    this(direct, keys, Duration.ZERO, false);
  }

  private MeshPeer(boolean direct, @Nullable Keys keys, Duration spin, boolean futures) {
    this.direct = direct;
    this.keys = keys;
    this.spin = spin;
    this.futures = futures;
  }

  static MeshPeer spinning(Duration spin) {
    return new MeshPeer(false, null, spin, false);
  }

  static MeshPeer directByFutures() {
    return new MeshPeer(true, null, Duration.ZERO, true);
  }

  @Override
  public BenchServer serve(String broker) {
    return serve(direct, keys, spin);
  }

  static BenchServer serve(boolean direct, @Nullable Keys keys, Duration spin) {
    MeshServerBuilder builder = MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .addService(EchoMesh.bind(MeshPeer::echo))
        .addService(EchoAgainMesh.bind(MeshPeer::echo));
    if (keys != null) {
      builder.security(keys.server());
    }
    builder.spin(spin);
    if (direct) {
      builder.shortHandlers(EchoMesh.ECHO, EchoAgainMesh.ECHO);
    }
    MeshServer server = builder.build().start();
    return new BenchServer() {
      @Override
      public String address() {
        return server.endpoint();
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }

  private static EchoReply echo(EchoRequest request) {
    return EchoReply.newBuilder().setPayload(request.getPayload()).build();
  }

  @Override
  public BenchClient connect(ClientSetup setup) {
    MeshClientBuilder builder =
        MeshClient.builder().connect(setup.addresses().toArray(String[]::new));
    if (keys != null) {
      builder.security(keys.client());
    }
    builder.spin(spin);
    if (direct) {
      builder.callbackExecutor(Runnable::run);
    }
    return new Client(builder.build(), setup, futures);
  }

  /** Calls through the generated stub. */
  static final class Client implements BenchClient {
    private final MeshClient mesh;
    private final EchoMesh.Client echo;
    private final Function<EchoRequest, EchoReply> waiting;
    private final int payloadBytes;
    private final EchoRequest request;
    private final boolean futures;

    Client(MeshClient mesh, ClientSetup setup, boolean futures) {
      this.mesh = mesh;
      this.futures = futures;
      this.echo = EchoMesh.client(mesh);
      this.waiting = setup.failover()
          ? EchoAgainMesh.client(mesh).withDeadline(FAILOVER_DEADLINE)::echo
          : echo::echo;
      this.payloadBytes = setup.payloadBytes();
      this.request = EchoRequest.newBuilder()
          .setPayload(ByteString.copyFrom(Echoes.payload(payloadBytes)))
          .build();
    }

    @Override
    public BlockingCaller caller() {
      return () -> Echoes.check(waiting.apply(request).getPayload().size(), payloadBytes);
    }

    @Override
    public Pipeline pipeline(int size) {
      return futures ? this::startWithFuture : this::startWithCallback;
    }

    private void startWithCallback(InFlight call) {
      OpenCall unused = echo.echoAsync(request, (reply, failure) -> ended(call, reply, failure));
    }

    private void startWithFuture(InFlight call) {
      CompletableFuture<EchoReply> unused =
          echo.echoAsync(request).whenComplete((reply, failure) -> ended(call, reply, failure));
    }

    private void ended(InFlight call, @Nullable EchoReply reply, @Nullable Throwable failure) {
      if (reply != null) {
        call.ended(reply.getPayload().size(), payloadBytes);
      } else {
        call.ended(Objects.requireNonNull(failure, "failure"));
      }
    }

    @Override
    public void close() {
      mesh.close();
    }
  }
}
