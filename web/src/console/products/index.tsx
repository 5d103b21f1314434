// Products: their list, a new one, and one with its photos.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { NewProductPage } from "./new_page";
import { ProductPage } from "./product_page";
import { ProductsPage } from "./products_page";
import "../manage/style.css";
import "./style.css";

export default function Products(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/products/new" component={NewProductPage} />
      <Route path="/console/products/:id">{({ id }) => <ProductPage id={id} key={id} />}</Route>
      <Route component={ProductsPage} />
    </Switch>
  );
}
