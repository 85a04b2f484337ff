package com.example;

import com.example.shop.v1.FindOrderReply;
import com.example.shop.v1.FindOrderRequest;
import com.example.shop.v1.OrdersMesh;
import com.example.shop.v1.PlaceOrderReply;
import com.example.shop.v1.PlaceOrderRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps orders in memory. */
final class Shop implements OrdersMesh.Service {
  private final Map<String, String> articles = new ConcurrentHashMap<>();

  @Override
  public PlaceOrderReply placeOrder(PlaceOrderRequest request) {
    String order = "order-" + articles.size();
    articles.put(order, request.getArticle());
    return PlaceOrderReply.newBuilder().setOrder(order).build();
  }

  @Override
  public FindOrderReply findOrder(FindOrderRequest request) {
    return FindOrderReply.newBuilder().setArticle(articles.get(request.getOrder())).build();
  }
}
