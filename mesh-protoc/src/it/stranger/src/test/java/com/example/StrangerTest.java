package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.shop.v1.FindOrderRequest;
import com.example.shop.v1.OrdersMesh;
import com.example.shop.v1.PlaceOrderRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthMesh;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StrangerTest {
  @Test
  void callsItsOwnService() {
    InProcess mesh = new InProcess(OrdersMesh.bind(new Shop()));
    OrdersMesh.Client orders = OrdersMesh.client(mesh);

    String order =
        orders.placeOrder(PlaceOrderRequest.newBuilder().setArticle("tea").build()).getOrder();
    FindOrderRequest find = FindOrderRequest.newBuilder().setOrder(order).build();

    assertEquals("tea", orders.findOrder(find).getArticle());
    assertEquals("tea", orders.findOrderAsync(find).join().getArticle());
    assertEquals(Idempotency.UNSPECIFIED, OrdersMesh.PLACE_ORDER.idempotency());
    assertEquals(Idempotency.NO_SIDE_EFFECTS, OrdersMesh.FIND_ORDER.idempotency());
  }

  @Test
  void hearsByACallback() {
    InProcess mesh = new InProcess(OrdersMesh.bind(new Shop()));
    OrdersMesh.Client orders = OrdersMesh.client(mesh);
    CallOptions high = CallOptions.DEFAULT.withPriority(Priority.CRITICAL);
    PlaceOrderRequest tea = PlaceOrderRequest.newBuilder().setArticle("tea").build();
    List<String> heard = new ArrayList<>();

    orders.placeOrderAsync(tea, (reply, failure) -> heard.add(reply.getOrder()));
    orders.placeOrderAsync(tea, high, (reply, failure) -> heard.add(reply.getOrder()));

    assertEquals(2, heard.size());
    assertEquals(
        List.of(Priority.NORMAL, Priority.CRITICAL),
        mesh.options.stream().map(CallOptions::priority).toList());
  }

  @Test
  void passesItsOptionsOn() {
    InProcess mesh = new InProcess(OrdersMesh.bind(new Shop()));
    OrdersMesh.Client orders = OrdersMesh.client(mesh);
    CallOptions high = CallOptions.DEFAULT.withPriority(Priority.CRITICAL);
    PlaceOrderRequest tea = PlaceOrderRequest.newBuilder().setArticle("tea").build();

    orders.placeOrder(tea);
    orders.withOptions(high).withDeadline(Duration.ofSeconds(1)).placeOrder(tea);
    orders.placeOrder(tea, high);

    assertEquals(
        List.of(Priority.NORMAL, Priority.CRITICAL, Priority.CRITICAL),
        mesh.options.stream().map(CallOptions::priority).toList());
    assertEquals(Duration.ofSeconds(1), mesh.options.get(1).deadline());
  }

  @Test
  void callsAServiceThatAnotherProjectDescribed() {
    HealthCheckResponse serving =
        HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVING).build();
    HealthMesh.AsyncService health = request -> CompletableFuture.completedFuture(serving);
    HealthMesh.Client client = HealthMesh.client(new InProcess(HealthMesh.bindAsync(health)));

    assertEquals("grpc.health.v1.Health", HealthMesh.SERVICE_NAME);
    assertEquals(serving, client.check(HealthCheckRequest.getDefaultInstance()));
  }
}
