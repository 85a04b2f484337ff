package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServiceDefinition;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A caller, a front and a back. The front's call to the back inherits what is left of the caller's
 * deadline, and is cancelled with it, without a line of code for that.
 */
final class Nested {
  private static final Duration SLOW = Duration.ofSeconds(5);

  private Nested() {}

  /** Runs the example. */
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch backHeardOfIt = new CountDownLatch(1);
    try (MeshServer back = serve(GreeterMesh.bind(request -> greetSlowly(request, backHeardOfIt)));
        MeshClient toBack = MeshClient.builder().connect(back.endpoint()).build();
        MeshServer front = serve(GreeterMesh.bind(request -> forward(toBack, request)));
        MeshClient toFront = MeshClient.builder().connect(front.endpoint()).build()) {
      GreeterMesh.Client greeter = GreeterMesh.client(toFront);

      System.out.println(greeter.sayHello(name("quick")).getText());

      try {
        greeter.withDeadline(Duration.ofMillis(400)).sayHello(name("slow"));
      } catch (RpcException e) {
        System.out.println("caller: " + e.status() + " [" + e.execution() + "]");
      }
      System.out.println(
          "back was told to stop: " + backHeardOfIt.await(SLOW.toSeconds(), TimeUnit.SECONDS));
    }
  }

  private static HelloReply forward(MeshClient toBack, HelloRequest request) {
    say("front", request);
    return GreeterMesh.client(toBack).sayHello(request); // no deadline given: it is inherited
  }

  private static HelloReply greetSlowly(HelloRequest request, CountDownLatch heard)
      throws InterruptedException {
    say("back", request);
    if (request.getName().equals("slow")) {
      CountDownLatch cancelled = new CountDownLatch(1);
      CallContext.current().orElseThrow().onCancel(cancelled::countDown);
      if (cancelled.await(SLOW.toSeconds(), TimeUnit.SECONDS)) {
        heard.countDown();
      }
    }
    return HelloReply.newBuilder()
        .setText("Hello from the back, " + request.getName())
        .build();
  }

  private static void say(String who, HelloRequest request) {
    Duration left = CallContext.current().orElseThrow().timeLeft();
    System.out.printf("%s: %s, %d ms left%n", who, request.getName(), left.toMillis());
  }

  private static MeshServer serve(ServiceDefinition service) {
    return MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .addService(service)
        .build()
        .start();
  }

  private static HelloRequest name(String name) {
    return HelloRequest.newBuilder().setName(name).build();
  }
}
