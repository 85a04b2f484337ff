package io.meshrpc.bench;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** NATS request and reply: all servers in one queue group behind one broker. */
final class NatsPeer implements BenchPeer {
  private static final String SUBJECT = "bench.echo";
  private static final String GROUP = "servers";
  private static final Duration CALL_MAX = Duration.ofSeconds(10);

  @Override
  public BenchServer serve(String broker) throws IOException, InterruptedException {
    Connection nats = connect(broker);
    nats.createDispatcher(request -> nats.publish(request.getReplyTo(), request.getData()))
        .subscribe(SUBJECT, GROUP);
    nats.flushBuffer();
    return new BenchServer() {
      @Override
      public String address() {
        return broker;
      }

      @Override
      public void close() {
        NatsPeer.close(nats);
      }
    };
  }

  @Override
  public BenchClient connect(ClientSetup setup) throws IOException, InterruptedException {
    return new Client(connect(setup.addresses().get(0)), Echoes.payload(setup.payloadBytes()));
  }

  private static Connection connect(String broker) throws IOException, InterruptedException {
    return Nats.connect(new Options.Builder().server(broker).build());
  }

  private static void close(Connection nats) {
    try {
      nats.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Client(Connection nats, byte[] payload) implements BenchClient {
    @Override
    public BlockingCaller caller() {
      return () -> Echoes.check(length(nats.request(SUBJECT, payload, CALL_MAX)), payload.length);
    }

    @Override
    public Pipeline pipeline(int size) {
      return call -> {
        CompletableFuture<Message> unused = nats.requestWithTimeout(SUBJECT, payload, CALL_MAX)
            .whenComplete((reply, failure) -> {
              if (failure == null) {
                call.ended(length(reply), payload.length);
              } else {
                call.ended(failure);
              }
            });
      };
    }

    private static int length(@Nullable Message reply) {
      if (reply == null) {
        throw new IllegalStateException("no reply within " + CALL_MAX);
      }
      return reply.getData().length;
    }

    @Override
    public void close() {
      NatsPeer.close(nats);
    }
  }
}
