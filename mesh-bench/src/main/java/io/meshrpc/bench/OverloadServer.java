package io.meshrpc.bench;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.meshrpc.MeshServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a server that can do so much and no more: four handlers at once, each of which
 * takes 10 ms and no processor. Argument: the peer.
 */
final class OverloadServer {
  static final int HANDLERS = 4;
  static final long WORK_NS = 10_000_000L;

  private OverloadServer() {}

  /** Serves until the parent has gone. */
  public static void main(String[] args) throws IOException {
    String address = PeerKind.valueOf(args[0]) == PeerKind.MESH ? serveMesh() : serveGrpc();
    Lines lines = new Lines();
    lines.ready(address);
    lines.serve((command, argument) -> {
      if (command.equals("memory")) {
        return Memory.read().line();
      }
      throw Lines.unknown(command);
    });
  }

  /** Calls that one server can answer in a second. */
  static int capacity() {
    return (int) (HANDLERS * 1_000_000_000L / WORK_NS);
  }

  private static String serveMesh() {
    MeshServer server = MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .workers(HANDLERS)
        .addService(EchoAgainMesh.bind(OverloadServer::echo))
        .build()
        .start();
    return server.endpoint();
  }

  /** As many threads as handlers; what waits for them is in their queue, which has no limit. */
  private static String serveGrpc() throws IOException {
    ServerServiceDefinition service = ServerServiceDefinition.builder(GrpcPeer.SERVICE)
        .addMethod(GrpcPeer.ECHO, ServerCalls.asyncUnaryCall((request, reply) -> {
          reply.onNext(echo(request));
          reply.onCompleted();
        }))
        .build();
    Server server = NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .executor(Executors.newFixedThreadPool(HANDLERS))
        .addService((BindableService) () -> service)
        .build()
        .start();
    return "127.0.0.1:" + server.getPort();
  }

  private static EchoReply echo(EchoRequest request) {
    long endNs = System.nanoTime() + WORK_NS;
    for (long leftNs = WORK_NS; leftNs > 0; leftNs = endNs - System.nanoTime()) {
      LockSupport.parkNanos(leftNs);
    }
    return EchoReply.newBuilder().setPayload(request.getPayload()).build();
  }
}
