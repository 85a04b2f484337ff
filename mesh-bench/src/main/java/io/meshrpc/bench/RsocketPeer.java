package io.meshrpc.bench;

import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.DefaultPayload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** RSocket over TCP, request and response, payloads decoded by copying as is the default. */
final class RsocketPeer implements BenchPeer {
  private static final Duration CALL_MAX = Duration.ofSeconds(10);

  @Override
  public BenchServer serve(String broker) {
    CloseableChannel server = Objects.requireNonNull(
        RSocketServer.create(SocketAcceptor.forRequestResponse(RsocketPeer::echo))
            .bind(TcpServerTransport.create("127.0.0.1", 0))
            .block());
    return new BenchServer() {
      @Override
      public String address() {
        return "127.0.0.1:" + server.address().getPort();
      }

      @Override
      public void close() {
        server.dispose();
      }
    };
  }

  private static Mono<Payload> echo(Payload request) {
    Payload reply = DefaultPayload.create(request);
    request.release();
    return Mono.just(reply);
  }

  @Override
  public BenchClient connect(ClientSetup setup) {
    return new Client(setup);
  }

  /** One connection to each server, used in turn. */
  private static final class Client implements BenchClient {
    private final List<RSocket> servers = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final byte[] payload;

    Client(ClientSetup setup) {
      payload = Echoes.payload(setup.payloadBytes());
      for (String address : setup.addresses()) {
        String[] parts = address.split(":", 2);
        servers.add(Objects.requireNonNull(RSocketConnector.create()
            .connect(TcpClientTransport.create(parts[0], Integer.parseInt(parts[1])))
            .block()));
      }
    }

    private Mono<Payload> request() {
      RSocket server = servers.size() == 1
          ? servers.get(0)
          : servers.get(Math.floorMod(next.getAndIncrement(), servers.size()));
      return server.requestResponse(DefaultPayload.create(payload));
    }

    private static int lengthAndRelease(Payload reply) {
      int length = reply.data().readableBytes();
      reply.release();
      return length;
    }

    @Override
    public BlockingCaller caller() {
      return () -> {
        Payload reply = Objects.requireNonNull(request().block(CALL_MAX));
        Echoes.check(lengthAndRelease(reply), payload.length);
      };
    }

    @Override
    public Pipeline pipeline(int size) {
      return call -> request()
          .subscribe(reply -> call.ended(lengthAndRelease(reply), payload.length), call::ended);
    }

    @Override
    public void close() {
      servers.forEach(RSocket::dispose);
    }
  }
}
