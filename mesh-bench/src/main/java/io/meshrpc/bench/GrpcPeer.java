package io.meshrpc.bench;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** gRPC-java over its own Netty, with the marshallers and calls that its generated stubs use. */
final class GrpcPeer implements BenchPeer {
  static final String SERVICE = "meshrpc.bench.Echo";
  static final MethodDescriptor<EchoRequest, EchoReply> ECHO =
      MethodDescriptor.<EchoRequest, EchoReply>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Echo"))
          .setSampledToLocalTracing(true)
          .setIdempotent(true)
          .setRequestMarshaller(ProtoUtils.marshaller(EchoRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(EchoReply.getDefaultInstance()))
          .build();

  private static final long DRAIN_SECONDS = 10;

  private final boolean direct;
  private final Duration keepAlive; // zero: off, as it is by default

  GrpcPeer(boolean direct, Duration keepAlive) {
    this.direct = direct;
    this.keepAlive = keepAlive;
  }

  @Override
  public BenchServer serve(String broker) throws IOException {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addService((BindableService) GrpcPeer::service);
    if (direct) {
      builder.directExecutor();
    }
    if (!keepAlive.isZero()) { // else the server says that it is pinged too often
      builder.permitKeepAliveTime(keepAlive.toMillis() / 2, TimeUnit.MILLISECONDS);
    }
    Server server = builder.build().start();
    return new BenchServer() {
      @Override
      public String address() {
        return "127.0.0.1:" + server.getPort();
      }

      @Override
      public void close() {
        server.shutdown();
        try {
          server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        server.shutdownNow();
      }
    };
  }

  private static ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcPeer::echo))
        .build();
  }

  private static void echo(EchoRequest request, StreamObserver<EchoReply> reply) {
    reply.onNext(EchoReply.newBuilder().setPayload(request.getPayload()).build());
    reply.onCompleted();
  }

  @Override
  public BenchClient connect(ClientSetup setup) {
    return new GrpcClient(setup, direct, keepAlive);
  }
}
