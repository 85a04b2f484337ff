package io.meshrpc.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.PeerView;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ServerListTest {
  private static final PayRequest PAYMENT = PayRequest.newBuilder().setId("p1").build();

  /** Pays once it may. */
  private record Till(CountDownLatch asked, CountDownLatch may) implements PaymentsMesh.Service {
    @Override
    public PayReply pay(PayRequest request) throws InterruptedException {
      asked.countDown();
      may.await();
      return PayReply.getDefaultInstance();
    }

    @Override
    public FindPaymentReply findPayment(FindPaymentRequest request) {
      return FindPaymentReply.getDefaultInstance();
    }

    @Override
    public GetBalanceReply getBalance(GetBalanceRequest request) {
      return GetBalanceReply.getDefaultInstance();
    }
  }

  private static MeshServer server(Till till) {
    return MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .addService(PaymentsMesh.bind(till))
        .build()
        .start();
  }

  @Test
  void whoLeavesTheListEndsItsWorkAndIsLeftThen() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch may = new CountDownLatch(1);
    Till till = new Till(asked, may);
    try (MeshServer stays = server(till);
        MeshServer leaves = server(till);
        MeshClient mesh = MeshClient.builder().build()) {
      ServerList list = new ServerList(mesh);
      list.follow(Set.of(stays.endpoint(), leaves.endpoint()));
      CompletableFuture<PayReply> paid = PaymentsMesh.client(mesh)
          .payAsync(PAYMENT, CallOptions.DEFAULT.withServer(leaves.endpoint()));
      asked.await();
      CompletableFuture<Void> end = CompletableFuture.runAsync(leaves::close);

      list.follow(Set.of(stays.endpoint())); // has it still connected
      may.countDown();

      assertThat(paid.join()).isEqualTo(PayReply.getDefaultInstance());
      end.join();
      await().untilAsserted(() -> {
        list.follow(Set.of(stays.endpoint()));
        assertThat(mesh.peers()).extracting(PeerView::endpoint).containsExactly(stays.endpoint());
      });
    }
  }
}
